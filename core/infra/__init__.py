"""Technical ground shared by everything above; knows no business word."""
