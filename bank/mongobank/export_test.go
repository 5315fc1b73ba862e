package mongobank

// Shelved is how many banks the store holds in memory.
func (s *Store) Shelved() int { return len(s.shelf.of) }
