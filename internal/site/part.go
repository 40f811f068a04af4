package site

import (
	"reflect"
	"sync"
)

// Part returns what another package keeps for an open site, one value for each type, and makes it when it is first
// asked for. It lives as long as the site stays open, so it must hold nothing that has to be closed.
func Part[T any](s *Site, make func(*Site) T) T {
	key := reflect.TypeFor[T]()
	once, ok := s.parts.Load(key)
	if !ok {
		once, _ = s.parts.LoadOrStore(key, sync.OnceValue(func() T { return make(s) }))
	}
	return once.(func() T)()
}
