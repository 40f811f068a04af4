package live

import "fairground/internal/value"

func init() { inMemory = func(value.Clock) makers { return scanning() } }
