"""An identity card made of software that answers the commands of a real one (eid.md 1, 6.5): applets 1.7 and 1.8."""
