package live

import (
	"context"
	"encoding/gob"
	"io"
	"strings"
	"sync"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

type scan struct {
	engine
	mu   sync.Mutex
	docs map[value.ID]search.Document
	most int64
}

func scanning() makers {
	return makers{
		fresh: func(_ *words.Analyzer, most int64) engine {
			return &scan{docs: map[value.ID]search.Document{}, most: most}
		},
		load: func(r io.Reader, _ *words.Analyzer, most int64) (engine, error) {
			s := &scan{docs: map[value.ID]search.Document{}, most: most}
			if err := gob.NewDecoder(r).Decode(&s.docs); err != nil {
				return nil, err
			}
			if most > 0 && s.Bytes() > most {
				return nil, errFull
			}
			return s, nil
		},
	}
}

func (s *scan) Search(_ context.Context, q search.Query) (result search.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, d := range s.docs {
		if strings.Contains(" "+strings.ToLower(d.Title)+" ", " "+q.Words) {
			result.Hits = append(result.Hits, search.Hit{Listing: id})
		}
	}
	return result, nil
}

func (s *scan) Apply(put []search.Document, removed []value.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most > 0 && int64(len(s.docs)+len(put))*1000 > s.most {
		return errFull
	}
	for _, d := range put {
		s.docs[d.Listing] = d
	}
	for _, id := range removed {
		delete(s.docs, id)
	}
	return nil
}
func (s *scan) Compact() bool  { return false }
func (s *scan) Documents() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.docs) }
func (s *scan) Bytes() int64   { return int64(s.Documents()) * 1000 }
func (s *scan) Save(w io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return gob.NewEncoder(w).Encode(s.docs)
}
func (s *scan) SetAnalyzer(a *words.Analyzer) {}
