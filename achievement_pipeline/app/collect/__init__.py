"""Read and judge what is new in the sources: which repositories, from which clients, with what is stored."""
