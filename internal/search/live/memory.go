package live

import (
	"errors"

	"fairground/internal/value"
)

var errFull = errors.New("full")

var inMemory = func(clock value.Clock) makers { return makers{} }
