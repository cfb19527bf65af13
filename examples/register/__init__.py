"""An example of a register that answers Immo-Connect over HTTP (docs/registers.md).

It knows HTTP and a file of holders only. A professional body builds the same beside its own
administration: two digests and one answer are all there is to it.
"""
