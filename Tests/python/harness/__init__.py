"""What the tests of the whole program stand on: the program, a store, an assets directory, Python modelkit."""
