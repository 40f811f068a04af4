package market

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/text/unicode/norm"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/value"
)

// gazetteer is the places of a site that have most listings, with the coarse middle of each. One is kept for each site
// and read again when it is old.
type gazetteer struct {
	names  []string
	points map[string]value.Point
	read   time.Time
}

// gazetteers keeps the present one. While somebody reads it anew the others use the old one; only where there is none yet
// they wait.
type gazetteers struct {
	present atomic.Pointer[gazetteer]
	reading sync.Mutex
}

const (
	mostPlaces   = 120
	gazetteerAge = 5 * time.Minute
	emptyAge     = 2 * time.Second // a site that has nothing yet soon has
)

func (v *visit) gazetteer() (*gazetteer, error) {
	kept := site.Part(v.site, func(*site.Site) *gazetteers { return &gazetteers{} })
	g := kept.present.Load()
	if g != nil && v.now.Sub(g.read) < g.lasts() {
		return g, nil
	}
	if g == nil {
		kept.reading.Lock()
	} else if !kept.reading.TryLock() {
		return g, nil
	}
	defer kept.reading.Unlock()
	if now := kept.present.Load(); now != g {
		return now, nil
	}
	fresh := &gazetteer{read: v.now, points: make(map[string]value.Point)}
	err := v.site.DB.Read(v.ctx, fresh.load)
	if err != nil {
		return nil, err
	}
	kept.present.Store(fresh)
	return fresh, nil
}

func (g *gazetteer) lasts() time.Duration {
	if len(g.names) == 0 {
		return emptyAge
	}
	return gazetteerAge
}

func (g *gazetteer) load(tx *db.Tx) error {
	places, err := listing.Gazetteer(tx, mostPlaces)
	for _, place := range places {
		g.names = append(g.names, place.Name)
		if !place.Point.IsZero() {
			g.points[place.Name] = place.Point
		}
	}
	return err
}

// like finds the place meant by a name written without accents, or the only one that begins like it.
func (g *gazetteer) like(name string, begun bool) string {
	wanted := plain(name)
	if len(wanted) < 3 {
		return ""
	}
	var all []string
	for _, candidate := range g.names {
		switch folded := plain(candidate); {
		case folded == wanted:
			return candidate
		case strings.HasPrefix(folded, wanted):
			all = append(all, candidate)
		}
	}
	if begun && len(all) == 1 {
		return all[0]
	}
	return ""
}

// begun lists the places whose name begins so, those with most listings first.
func (g *gazetteer) begun(typed string, most int) []string {
	wanted := plain(typed)
	var all []string
	for _, name := range g.names {
		if wanted != "" && strings.HasPrefix(plain(name), wanted) && len(all) < most {
			all = append(all, name)
		}
	}
	return all
}

// mistyped finds the place meant by a name with one wrong letter, or two from eight letters on.
func (g *gazetteer) mistyped(name string) string {
	wanted := []rune(plain(name))
	allowed := min(len(wanted)/4, 2)
	for _, candidate := range g.names {
		if other := []rune(plain(candidate)); allowed > 0 && apart(wanted, other) <= allowed {
			return candidate
		}
	}
	return ""
}

// apart counts the letters to add, leave out, change or exchange with their neighbour between two words.
func apart(a, b []rune) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now := make([]int, len(b)+1)
		now[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last = last, now
	}
	return last[len(b)]
}

// plain is a name without case, accents and signs.
func plain(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c > 0x24f {
			return c
		}
		return -1
	}, stripMarks(norm.NFD.String(plainLetters.Replace(strings.ToLower(name)))))
}

func stripMarks(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0x300 && c <= 0x36f {
			return -1
		}
		return c
	}, text)
}
