package console

import (
	"context"
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Search is what staff see and set of the search of one site.
type Search struct {
	Index search.Index      // what the pages search with
	State func() live.State // of the index in the memory of this process
	Words SearchWords       // usually a search.Database
	// Asked reads the search of a page of results from the address of a request, so that "why is this here" is asked of the
	// same one; nil: only its words, from q.
	Asked func(r *http.Request) (search.Query, error)
}

// SearchWords are the words of a site's search: synonyms, and what was looked for in vain.
type SearchWords interface {
	Synonyms(ctx context.Context) ([][]string, error)
	SetSynonyms(ctx context.Context, actor value.Actor, lists [][]string) error
	Misses(ctx context.Context, days, most int) ([]search.Miss, error)
	ForgetMiss(ctx context.Context, actor value.Actor, query string) error
}

const (
	searchPath   = "/console/search"
	missesPath   = searchPath + "/misses"
	synonymsPath = searchPath + "/synonyms"
	whyPath      = searchPath + "/why"

	missDays  = 30
	mostShown = 100 // misses on the page
)

// searchView is the state of the index and what was looked for in vain.
type searchView struct {
	v      *visit
	state  live.State
	misses []search.Miss
}

func (v *visit) searching(w http.ResponseWriter) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	view := &searchView{v: v, state: v.Search.State()}
	var err error
	if view.misses, err = v.Search.Words.Misses(v.ctx, missDays, mostShown); err != nil {
		return err
	}
	page, err := v.searchPage(v.t("console.search"), searchPath)
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, page, view.view())
}

func (v *visit) hasSearch() error {
	if v.Search == nil {
		return value.Errorf(value.NotFound, "this console shows no search")
	}
	return nil
}

// searchPage is the shell of the pages about search, with their tabs.
func (v *visit) searchPage(title, at string) (page ui.ConsolePage, err error) {
	var wait waiting
	err = v.read(func(tx *db.Tx) (err error) {
		wait, err = v.waiting(tx)
		return err
	})
	page = v.page(title, searchPath, wait)
	page.Heading, page.TabsName = v.t("console.search"), v.t("console.search")
	for _, tab := range []place{{href: searchPath, key: "console.search.index"}, {href: synonymsPath, key: "console.synonyms"}, {href: whyPath, key: "console.why_here"}} {
		page.Tabs = append(page.Tabs, ui.Link{Text: v.t(tab.key), Href: tab.href, Current: tab.href == at})
	}
	return page, err
}

// forgetMiss takes a search off the list.
func (v *visit) forgetMiss(w http.ResponseWriter) error {
	if err := v.hasSearch(); err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	f.Require("query")
	query := f.Line("query", 1000)
	if err := f.Err(); err != nil {
		return err
	}
	if err := v.Search.Words.ForgetMiss(v.ctx, v.me.Actor(), query); err != nil {
		return err
	}
	return v.goOn(w, searchPath, v.t("console.miss.forgotten", "query", query))
}

func (s *searchView) mayEdit() bool { return s.v.may(account.SettingsEdit) }

// busy reports whether the page is worth looking at again in a moment.
func (s *searchView) busy() bool {
	return s.state.Phase == live.Making || s.state.Phase == live.Catching
}

// says is the state in one sentence.
func (s *searchView) says() string {
	return s.v.t("console.index."+string(s.state.Phase), "documents", s.state.Documents, "size", s.v.megabytes(s.state.Bytes), "read", s.state.Read, "all", s.state.To_read)
}

func (s *searchView) tone() ui.Tone {
	switch s.state.Phase {
	case live.Ready:
		return ui.Safe
	case live.Refused:
		return ui.Alarm
	}
	return ui.Paid
}

// facts are the figures behind the sentence.
func (s *searchView) facts() []ui.Fact {
	v, st := s.v, s.state
	rows := []ui.Fact{{Name: v.t("console.index.from"), Value: v.t("console.index.from_text", "memory", int(st.From_memory), "database", int(st.From_database))}}
	add := func(when bool, key, text string) {
		if when {
			rows = append(rows, ui.Fact{Name: v.t("console.index." + key), Value: text})
		}
	}
	add(st.Phase == live.Ready, "documents_name", v.words.Count(st.Documents))
	add(st.Phase == live.Ready, "memory_name", s.memory())
	add(st.Phase == live.Ready, "lag", v.t("console.index.lag_text", "count", int(st.Lag_changes)))
	add(st.Delay_most > 0, "delay", v.seconds(st.Delay_most))
	add(st.Phase == live.Ready && st.Took > 0, "made", s.made())
	add(st.Anew, "anew", v.t("console.index.anew_text"))
	add(!st.Snapshot_at.IsZero(), "snapshot", dotted(v.words.Ago(st.Snapshot_at), v.megabytes(st.Snapshot_bytes)))
	add(st.Rejected != "", "rejected", dotted(st.Rejected, v.words.Ago(st.Rejected_at)))
	add(st.Why != "", "refusal", st.Why)
	add(st.Why != "" && !st.Until.IsZero(), "again", v.words.Moment(st.Until))
	add(st.Failed > 0, "failed", dotted(v.words.Count(int(st.Failed)), st.Failure))
	add(st.Error != "", "error", dotted(st.Error, v.words.Ago(st.Error_at)))
	return rows
}

func (s *searchView) memory() string {
	if s.state.Most_bytes == 0 {
		return s.v.megabytes(s.state.Bytes)
	}
	return s.v.t("console.index.memory_text", "size", s.v.megabytes(s.state.Bytes), "most", s.v.megabytes(s.state.Most_bytes))
}

func (s *searchView) made() string {
	key := "console.index.made_anew"
	if s.state.Loaded {
		key = "console.index.made_loaded"
	}
	return s.v.t(key, "time", s.v.seconds(s.state.Took))
}

// share is how full something is, for a bar.
func share(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (v *visit) megabytes(bytes int64) string {
	const MB = 1e6
	if bytes < 10*MB {
		return v.words.Decimal(float64(bytes)/MB, 1) + " MB"
	}
	return v.words.Count(int(bytes/MB)) + " MB"
}

func (v *visit) seconds(d time.Duration) string {
	if d < time.Second {
		return v.words.Count(int(d.Milliseconds())) + " ms"
	}
	return v.words.Decimal(d.Seconds(), 1) + " s"
}
