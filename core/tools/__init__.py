"""Tools, the ways of using them, and who may use which under which organisation."""
