"""What is an AtomStore shop without AtomStore? Its records and rules, its SOAP, its staff, and invented customers."""
