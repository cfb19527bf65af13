"""Identity cards made of software, for the demo and for tests: issued by an authority that nobody else trusts."""
