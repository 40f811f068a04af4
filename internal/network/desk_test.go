package network

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// illustrated is recruiting with one photo for all.
func illustrated(n int) Listing {
	l := recruiting(n)
	var photo pdq.Hash
	for i := range photo {
		photo[i] = byte(i*37 + 11)
	}
	l.Images = []pdq.Hash{photo}
	return l
}

func TestTheListHasPagesStatesAndASearch(t *testing.T) {
	eachOffice(t, func(w *office) {
		big := w.stock(60, 7)
		dismissed := pagesPath + "?state=dismissed"
		first := w.ask("mara", dismissed, nil)
		w.wants(first, 200, "Open 1", "Nothing wrong 60", "Next", "!From the start", "4 listings, 4 accounts, 3 places", "!network.")
		seen := map[string]bool{}
		page, at := first.Body.String(), ""
		for pages := 1; ; pages++ {
			for _, part := range strings.Split(page, `class="network-name" href="`)[1:] {
				name, _, _ := strings.Cut(part, `"`)
				if seen[name] {
					t.Errorf("%s is listed twice", name)
				}
				seen[name] = true
			}
			_, rest, more := strings.Cut(page, `/networks?after=`)
			if !more {
				if pages != 3 {
					t.Errorf("60 networks have %d pages", pages)
				}
				break
			}
			at, _, _ = strings.Cut(rest, `"`)
			page = w.ask("mara", strings.ReplaceAll(pagesPath+"?after="+at, "&amp;", "&"), nil).Body.String()
		}
		if len(seen) != 60 {
			t.Errorf("%d networks are listed of 60", len(seen))
		}
		w.wants(w.ask("mara", pagesPath+"?state=dismissed&after=-1_"+value.ID(9).Text(Kind), nil), 200, "No more networks here", "From the start")
		w.wants(w.ask("mara", pagesPath+"?state=burnt&after=x_y", nil), 200, href(big))
		for asked, want := range map[string]string{
			"N-7": href(7), "n 7": href(7), "7": href(7), href(7): href(7), value.ID(1_000_001).Text("lst"): href(1), "/l/x-" + value.ID(1_000_005).Text("lst"): href(2),
			value.ID(6_000_001).Text("sel"): href(1), "079 555 44 78": href(1), "+41 79 555 44 78": href(1),
		} {
			w.wants(w.ask("mara", pagesPath+"?q="+url.QueryEscape(asked), nil), 200, `href="`+want+`"`)
		}
		for _, asked := range []string{"N-999999", "lst_000000000000z", "nobody at all", "079 000 00 00", "sandra@lakeside.example", "%", "''", "<b>"} {
			w.wants(w.ask("mara", pagesPath+"?q="+url.QueryEscape(asked), nil), 200, "Nothing found", "!<b>”")
		}
	})
}

func TestTheTableOfALargeNetworkGrowsOnRequestAndLosesNothing(t *testing.T) {
	eachOffice(t, func(w *office) {
		big := w.stock(1, 500)
		w.wants(w.ask("mara", href(big), nil), 200, `id="listing-100"`, `!id="listing-101"`, "400 more listings", `class="network-time"`, "<rect", "Morges <b")
		w.wants(w.ask("mara", href(big)+"?all=yes", nil), 200, `id="listing-500"`)
		typed := url.Values{"show": {"all"}, "reason": {"A template with a price."}, "measure": {"remove"}, "except": {value.ID(1_000_006).Text("lst")}}
		answer := w.ask("mara", href(big)+"/decision", typed)
		w.wants(answer, 200, `id="listing-500"`, "A template with a price.", "checked", `name="all" value="yes"`)
		if w.decider.items != nil {
			t.Error("asking for the whole table decided something")
		}
	})
}

func TestThePageTellsWhatWasDecidedAndTakesItBack(t *testing.T) {
	eachOffice(t, func(w *office) {
		n := w.campaign()
		path := href(n.ID)
		w.wants(w.ask("mara", path+"/undo", url.Values{}), 422, "no decision to take back")
		w.wants(w.ask("sam", path+"/undo", url.Values{}), 403)
		w.wants(w.ask("mara", path+"/statements/"+value.ID(1000).Text("lst"), nil), 404)
		w.wants(w.ask("mara", path+"/decision", url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {"One template."}, "except": {value.ID(1002).Text("lst")}}), 303)
		statement := path + "/statements/" + value.ID(1000).Text("lst")
		w.wants(w.ask("mara", path, nil), 200, "Decided about 3 listings", "Mara Vogt", statement, "Removed", "Excepted", "Take the decision back", "Within 15 minutes", `!name="undo"`)
		if to := w.ask("mara", statement, nil); to.Code != 303 || !strings.HasSuffix(to.Header().Get("Location"), "/statements/of-"+value.ID(1000).Text("lst")) {
			t.Errorf("the statement is at %d %s", to.Code, to.Header().Get("Location"))
		}
		w.later(n.ID)
		w.wants(w.ask("mara", path, nil), 200, "!Take the decision back")
		w.wants(w.ask("mara", path+"/undo", url.Values{}), 422, "more than 15 minutes ago")
		w.wants(w.ask("bela", path, nil), 200, "Take the decision back", `name="undo"`)
		w.wants(w.ask("bela", path+"/undo", url.Values{"undo": {"no"}}), 422, "Say in a few words")
		w.wants(w.ask("bela", path+"/undo", url.Values{"undo": {"The telephone is a hotel's."}}), 303)
		w.wants(w.ask("bela", path, nil), 200, "Decision taken back", "Bela Horn", "The telephone is a hotel&#39;s.", "Taken back", "!Excepted")
		if len(w.networks(Open)) != 1 || len(w.decider.undone) != 1 {
			t.Errorf("open are %+v, taken back %v", w.networks(Open), w.decider.undone)
		}
	})
}

func TestAProposalIsShownAsOneThatWaits(t *testing.T) {
	eachOffice(t, func(w *office) {
		waiting := acts{theAct: {Waits: true, By: "staff:7", Count: 4, Note: "All of one hand."}}
		w.desk.config.Acts = waiting
		n := w.campaign()
		w.decider.fail = ErrProposed
		w.wants(w.ask("mara", href(n.ID)+"/decision", url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {"One template."}}), 303)
		w.wants(w.ask("mara", href(n.ID), nil), 200, "Mara Vogt proposed a decision about 4 listings", "All of one hand.", `href="/console/safety/second"`, "!Choose exceptions", "Decision about 4 listings proposed")
		w.wants(w.ask("mara", pagesPath, nil), 200, "Waits for a second person")
		w.wants(w.ask("mara", href(n.ID)+"/decision", url.Values{"measure": {Dismiss}, "reason": {"A choir."}}), 422, "waits for a second person")
		w.answered(waiting, Act{Declined: true, By: "staff:8", Note: "Two are honest.", Count: 4})
		w.wants(w.ask("mara", href(n.ID), nil), 200, "Proposal declined", "Bela Horn", "Two are honest.", "Choose exceptions")
	})
}

func TestPhotosThatTieAreGivenWithTheirLook(t *testing.T) {
	eachOffice(t, func(w *office) {
		for n := range 4 {
			w.write(illustrated(n))
		}
		w.settle(w.desk)
		n := w.networks(Open)[0]
		sha := fmt.Sprintf("%064x", 1000)
		page := w.ask("mara", href(n.ID), nil)
		w.wants(page, 200, "The same photo", "In 4 listings of 4 accounts", `data-sha="`+sha+`"`, "Photos are veiled", "!<img", "!data:image")
		look := href(n.ID) + "/looks"
		w.wants(w.ask("sam", look, url.Values{"sha256": {sha}}), 403)
		answer := w.ask("mara", look, url.Values{"sha256": {sha, fmt.Sprintf("%064x", 4711)}})
		var got struct {
			Looks  []string
			Photos map[string]string
			Said   string
		}
		w.ok(json.Unmarshal(answer.Body.Bytes(), &got))
		if answer.Code != 200 || len(got.Looks) != 1 || !strings.HasPrefix(got.Photos[sha], "data:image/") {
			t.Errorf("a look gives %d, %+v", answer.Code, got)
		}
		w.wants(w.ask("mara", look+"/end", url.Values{"looks": got.Looks, "ms": {"1200"}}), 204)
		w.wants(w.ask("mara", look, url.Values{"sha256": {sha}}), 409, "You have seen it", "!data:image")
		w.wants(w.ask("mara", href(n.ID), nil), 200, "spent")
		if w.looked != 1 || w.over != 1 {
			t.Errorf("%d looks, %d over", w.looked, w.over)
		}
	})
}

func TestAMergedNetworkLeadsToTheOther(t *testing.T) {
	eachOffice(t, func(w *office) {
		n := w.campaign()
		w.ok(w.db.Write(w.Context(), system, "network.part", func(tx *db.Tx) error {
			c, _ := w.desk.index.Cluster(1003)
			return w.desk.split(tx, w.network(n.ID), c, []value.ID{1002, 1003})
		}))
		part := w.networks(Open)
		w.settle(w.desk)
		gone := w.networks(Merged)
		if len(part) != 2 || len(gone) != 1 {
			t.Fatalf("parts %+v, merged %+v", part, gone)
		}
		w.wants(w.ask("mara", href(gone[0].ID), nil), 200, "Merged into N-1", `href="`+href(n.ID)+`"`, "!Choose exceptions", "Nothing ties them any more")
		w.wants(w.ask("mara", href(n.ID), nil), 200, "Merged with N-2, 2 listings", "Split: 2 listings are N-2 now")
		w.wants(w.ask("mara", href(gone[0].ID)+"/decision", url.Values{"measure": {Dismiss}, "reason": {"A choir."}}), 422, "belongs to another one")
	})
}
