"""What is Comarch ERP Optima, as far as syncd meets it: tables, operators, export and import of files?

Written from what is known of the program, and not from the adapter. Columns of `KntGrupy`, `KntOsoby` and
`SchematPlatnosci` are made up, since nobody told them: a connection names them in its own queries.
"""
