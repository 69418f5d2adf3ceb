"""Reading: what one item says happened, where, when and to whom. Pure: no I/O, no clock, no randomness."""
