"""What our mails say (`letters`) and what they look like (`layout.txt`, `layout.html`)."""
