"""The Belgian company register as its open data files tell it (O9): read in, kept, asked."""
