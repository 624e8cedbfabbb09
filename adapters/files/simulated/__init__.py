"""What is behind the simulated ERP: the shape of its files, and the contractors of a demonstration."""
