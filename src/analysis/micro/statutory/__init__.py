"""The statutory monthly file on ekonomiskt bistånd: from its rows to spells, with identities in memory only."""
