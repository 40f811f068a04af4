package live

import (
	"errors"
	"io"

	"fairground/internal/search/memory"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// inMemory makes engines of package memory.
func inMemory(clock value.Clock) makers {
	config := func(a *words.Analyzer, most_bytes int64) memory.Config {
		return memory.Config{Analyzer: a, Most_bytes: most_bytes, Clock: clock}
	}
	return makers{
		fresh: func(a *words.Analyzer, most_bytes int64) engine { return memory.New(config(a, most_bytes)) },
		load: func(r io.Reader, a *words.Analyzer, most_bytes int64) (engine, error) {
			return memory.Load(r, config(a, most_bytes))
		},
	}
}

// isFull says whether an error is the refusal to take more memory.
func isFull(err error) bool { return errors.Is(err, memory.ErrFull) }
