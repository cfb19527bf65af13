"""Who of our own people may do what: roles of staff, reasons, and the second person for dangerous acts."""
