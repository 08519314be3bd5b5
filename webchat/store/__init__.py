"""What survives: tables, statements, transactions."""
