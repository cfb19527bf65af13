"""Measurements of the hot paths: `python -m development.bench`, or `make bench`.

What counts is the processor time of the server process for each request, beside a floor that is
measured in the same run: figures of two machines, or two days, cannot be compared, ratios can.
"""
