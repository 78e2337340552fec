"""Reading the register: lists with their filters, the page of a unit, what became of keys, the state of the whole."""
