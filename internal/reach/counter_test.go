package reach

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/value"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func total(c *Counter) (n int64) {
	for _, views := range c.take() {
		n += views
	}
	return n
}

func inZurich(t testing.TB) func() *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	return func() *time.Location { return z }
}

func TestAViewerCountsOnceADay(t *testing.T) {
	t.Parallel()
	c := NewCounter(inZurich(t))
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	at := Viewer{Network: "192.0.2.0/24", Agent: firefox}
	for range 5 {
		c.View(1, at, day)
	}
	c.View(2, at, day)
	c.View(1, Viewer{Network: "198.51.100.0/24", Agent: firefox}, day)
	c.View(1, Viewer{Network: "192.0.2.0/24", Agent: firefox + "1"}, day)
	if n := total(c); n != 4 {
		t.Errorf("%d views, want 4", n)
	}
	c.View(1, at, day.Add(13*time.Hour)) // still the same day in Zurich
	if n := total(c); n != 0 {
		t.Errorf("%d more on the same day", n)
	}
	c.View(1, at, day.Add(14*time.Hour+30*time.Minute)) // 23:30 in UTC is tomorrow there
	c.View(1, at, day)                                  // a request of yesterday that comes late
	counts := c.take()
	if len(counts) != 1 || counts[count{listing: 1, day: dayOf(day) + 1}] != 1 {
		t.Errorf("the next day: %v", counts)
	}
}

func TestSomebodySignedInIsOneViewerEverywhere(t *testing.T) {
	t.Parallel()
	c := NewCounter(nil)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	c.View(1, Viewer{Network: "192.0.2.0/24", Agent: firefox, Account: 7}, now)
	c.View(1, Viewer{Network: "198.51.100.0/24", Agent: "Another browser of Anna", Account: 7}, now)
	c.View(1, Viewer{Network: "192.0.2.0/24", Agent: firefox, Account: 8}, now)
	if n := total(c); n != 2 {
		t.Errorf("%d views, want 2", n)
	}
}

// What tells visitors apart means nothing the next day, and nothing in another process.
func TestTheKeyOfADayIsItsOwn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	v := Viewer{Network: "192.0.2.0/24", Agent: firefox}
	c, other := NewCounter(nil), NewCounter(nil)
	first := c.day(now).visitor(1, v)
	if again := c.day(now.Add(time.Hour)).visitor(1, v); again != first {
		t.Error("within a day a visitor is two")
	}
	if c.day(now.AddDate(0, 0, 1)).visitor(1, v) == first || other.day(now).visitor(1, v) == first {
		t.Error("a visitor can be recognised beyond the day or the process")
	}
}

func TestProgramsAreNotCounted(t *testing.T) {
	t.Parallel()
	for agent, program := range map[string]bool{
		"": true, "curl/8.5.0": true, "Wget/1.21": true, "Go-http-client/2.0": true, "python-requests/2.31": true,
		"Mozilla/5.0 (compatible; ExampleBot/2.1; +https://example.org/bot.html)": true, "Mozilla/5.0 AppleWebKit/537.36 HeadlessChrome/130.0": true,
		"ExampleSpider": true, "Mozilla/5.0 (Lighthouse)": true, firefox: false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": false,
		"Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36":                                     false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":           false,
	} {
		if isProgram(agent) != program {
			t.Errorf("%q: program is %v", agent, !program)
		}
	}
}

func TestOnlyReadingCounts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		change func(*http.Request) *http.Request
		want   int64
	}{
		"reading":    {func(r *http.Request) *http.Request { return r }, 1},
		"a head":     {func(r *http.Request) *http.Request { r.Method = http.MethodHead; return r }, 0},
		"in advance": {func(r *http.Request) *http.Request { r.Header.Set("Sec-Purpose", "prefetch;prerender"); return r }, 0},
		"a program":  {func(r *http.Request) *http.Request { r.Header.Set("User-Agent", "ExampleBot/1.0"); return r }, 0},
		"a member": {func(r *http.Request) *http.Request {
			return r.WithContext(account.With(r.Context(), account.Session{Account: 5, Kind: value.Member}))
		}, 1},
		"staff": {func(r *http.Request) *http.Request {
			return r.WithContext(account.With(r.Context(), account.Session{Account: 5, Kind: value.Staff}))
		}, 0},
	} {
		c := NewCounter(nil)
		r := httptest.NewRequest(http.MethodGet, "/l/x", nil)
		r.Header.Set("User-Agent", firefox)
		c.Saw(test.change(r), 1, now)
		if n := total(c); n != test.want {
			t.Errorf("%s counts %d, want %d", name, n, test.want)
		}
	}
}

// Whatever comes, the memory stays bounded; visitors of just now are still known when older ones are forgotten.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := NewCounter(nil)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for i := range 3 * shards * mostVisitors {
		c.View(value.ID(i+1), Viewer{Network: "192.0.2.0/24", Agent: firefox}, now)
	}
	counted := 0
	for i := range c.parts {
		p := &c.parts[i]
		if len(p.seen) > mostVisitors || len(p.before) > mostVisitors || len(p.counts) > mostCounts {
			t.Fatalf("a part holds %d, %d and %d", len(p.seen), len(p.before), len(p.counts))
		}
		counted += len(p.counts)
	}
	if counted != shards*mostCounts {
		t.Errorf("%d listings wait", counted)
	}
	c.take()
	last := value.ID(3 * shards * mostVisitors)
	c.View(last, Viewer{Network: "192.0.2.0/24", Agent: firefox}, now)
	if n := total(c); n != 0 {
		t.Error("the last visitor is forgotten")
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	c := NewCounter(nil)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var all sync.WaitGroup
	var mu sync.Mutex
	var sum int64
	for worker := range 8 {
		all.Go(func() {
			for i := range 2000 {
				c.View(value.ID(i%50+1), Viewer{Network: fmt.Sprintf("10.%d.%d.0/24", worker, i/50), Agent: firefox}, now)
				if i%500 == 0 {
					n := total(c)
					mu.Lock()
					sum += n
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	if sum += total(c); sum != 8*2000 {
		t.Errorf("%d views, want %d", sum, 8*2000)
	}
}

func TestDaysAreThoseOnTheWall(t *testing.T) {
	t.Parallel()
	z := inZurich(t)()
	for at, want := range map[string]string{
		"2026-11-21T22:59:59Z": "2026-11-21", "2026-11-21T23:00:00Z": "2026-11-22",
		"2026-03-29T00:30:00Z": "2026-03-29", "2026-10-25T22:30:00Z": "2026-10-25", "2026-10-25T23:00:00Z": "2026-10-26",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := dateOf(dayOf(moment.In(z)), z).Format(time.DateOnly); got != want {
			t.Errorf("%s is on %s, want %s", at, got, want)
		}
		b := begin(moment.In(z))
		if moment.UnixMicro() < b.from || moment.UnixMicro() >= b.till {
			t.Errorf("%s is not in its own day", at)
		}
	}
}

// BenchmarkView counts views as they come: of visitors seen before, of new ones only, and from all processors at once.
func BenchmarkView(b *testing.B) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	networks := make([]string, 1<<16)
	for i := range networks {
		networks[i] = fmt.Sprintf("10.%d.%d.0/24", i>>8, i&255)
	}
	seen := func(c *Counter, i int) {
		c.View(value.ID(i%500+1), Viewer{Network: networks[i/500%8], Agent: firefox}, now)
	}
	b.Run("seen before", func(b *testing.B) {
		c := NewCounter(nil)
		for i := 0; b.Loop(); i++ {
			seen(c, i)
		}
	})
	b.Run("all new", func(b *testing.B) {
		c := NewCounter(nil)
		for i := 0; b.Loop(); i++ {
			c.View(value.ID(i>>16+1), Viewer{Network: networks[i%len(networks)], Agent: firefox}, now)
		}
	})
	b.Run("crowd", func(b *testing.B) {
		c := NewCounter(nil)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				seen(c, i)
			}
		})
	})
	b.Run("crowd on one listing", func(b *testing.B) {
		c := NewCounter(nil)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				c.View(1, Viewer{Network: networks[i%256], Agent: firefox}, now)
			}
		})
	})
}
