"""The Belgian identity card: what it proves is verified here, without any card library."""
