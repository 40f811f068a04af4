package network

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

const (
	mostListed   = 25
	longestQuery = 200
)

// listView is a page of the list, or what was looked for.
type listView struct {
	*visit
	state  NetworkState
	asked  string // what is looked for, in any state; empty: nothing
	all    []Network
	counts map[NetworkState]int
	next   string
	first  bool // the list begins here
	index  State
}

var listedStates = []NetworkState{Open, Decided, Dismissed, Ended}

func (v *visit) list() error {
	query := v.r.URL.Query()
	l := &listView{visit: v, state: Open, index: v.State(), asked: value.Clip(strings.TrimSpace(query.Get("q")), longestQuery)}
	for _, state := range listedStates {
		if query.Get("state") == string(state) {
			l.state = state
		}
	}
	after := placeOf(query.Get("after"))
	l.first = after.ID == 0
	err := v.read(func(tx *db.Tx) (err error) {
		if l.counts, err = CountStates(tx); err != nil {
			return err
		}
		if l.asked != "" {
			l.all, err = v.lookFor(tx, l.asked)
			return err
		}
		l.all, err = ListAfter(tx, l.state, after, mostListed+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(l.all) > mostListed {
		l.all = l.all[:mostListed]
		if last := l.all[mostListed-1]; l.asked == "" {
			l.next = pagesPath + "?" + url.Values{"state": {string(l.state)}, "after": {last.place()}}.Encode()
		}
	}
	return v.show(http.StatusOK, v.t("network.title"), l.page())
}

// place is where the list goes on after a network, as an address tells it.
func (n Network) place() string {
	return strconv.FormatFloat(n.Score, 'g', -1, 64) + "_" + n.ID.Text(Kind)
}

// placeOf reads it; what is none is the beginning.
func placeOf(text string) Place {
	score, id, _ := strings.Cut(text, "_")
	s, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return Place{}
	}
	found, err := value.ParseID(Kind, id)
	if err != nil {
		return Place{}
	}
	return Place{s, found}
}

var (
	numberAsked = regexp.MustCompile(`^(?i:n\s*-?\s*)?([0-9]{1,6})$`)
	idAsked     = regexp.MustCompile(`\b(nwk|lst|sel)_[0-9a-z]{13}\b`)
	phoneAsked  = regexp.MustCompile(`^[+0-9 ()./-]{7,}$`)
)

// lookFor finds networks by their number, by a listing or an account in them, or by what ties them: a telephone, a mail
// address, a messenger's name, a link. What it does not find is nothing, not an error.
func (v *visit) lookFor(tx *db.Tx, asked string) ([]Network, error) {
	if m := numberAsked.FindStringSubmatch(asked); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, nil
		}
		return findNumber(tx, n)
	}
	if id := idAsked.FindString(asked); id != "" {
		return lookForID(tx, id)
	}
	if phoneAsked.MatchString(asked) {
		return listOfEntity(tx, v.entity("phone", asked), mostListed)
	}
	for _, reason := range []string{"mail", "link", "handle"} {
		found, err := listOfEntity(tx, v.entity(reason, strings.TrimPrefix(asked, "@")), mostListed)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	if v.pages.Accounts == nil {
		return nil, nil
	}
	accounts, err := v.pages.Accounts(tx, asked)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	return listOfAccounts(tx, accounts[:min(len(accounts), batch)], mostListed)
}

func lookForID(tx *db.Tx, text string) ([]Network, error) {
	kind, _, _ := strings.Cut(text, "_")
	id, err := value.ParseID(kind, text)
	if err != nil {
		return nil, nil
	}
	switch kind {
	case Kind:
		n, err := find(tx, id)
		if value.KindOf(err) == value.NotFound {
			return nil, nil
		}
		return []Network{n}, err
	case "lst":
		return listOfListings(tx, []value.ID{id}, mostListed)
	default:
		return listOfAccounts(tx, []value.ID{id}, mostListed)
	}
}

func (l *listView) href(state NetworkState) string {
	return pagesPath + "?state=" + string(state)
}

func (l *listView) chip(state NetworkState) string {
	return l.t("network.state."+string(state)) + " " + l.words.Count(l.counts[state])
}
