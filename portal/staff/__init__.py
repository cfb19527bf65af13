"""What all of the staff share: the way in, the second person."""
