package network

import (
	"slices"
	"strconv"
)

// mostTies is how many links the table shows.
const mostTies = 100

// isDecided reports whether the decision about a listing stands.
func (o *oneView) isDecided(m Member) bool {
	made, is := o.outcomes[m.Listing]
	return is && !made.Undone
}

// isSettled reports whether a decision stands and nobody is about to decide anew.
func (o *oneView) isSettled() bool {
	_, stands := o.ruled()
	return stands && o.measure == "" && o.reason == "" && o.problem["measure"] == "" && o.problem["except"] == ""
}

// kinds are the kinds of nodes that the graph shows, for its legend.
func (o *oneView) kinds() (all []string) {
	there := map[string]bool{}
	for _, n := range o.picture.Graph.Nodes {
		switch n.Kind {
		case "mail", "handle", "link":
			there["phone"] = true
		default:
			there[n.Kind] = true
		}
	}
	for _, kind := range []string{"listing", "listings", "account", "phone", "photo", "text"} {
		if there[kind] {
			all = append(all, kind)
		}
	}
	return all
}

// nodeName is what a node of listings is called for those who do not see it.
func (o *oneView) nodeName(n Node) string {
	if n.Kind == "listings" {
		return o.t("network.node_some", "number", n.Label, "place", short(n.Place, longName))
	}
	number, err := strconv.Atoi(n.Label)
	if err != nil || number < 1 || number > len(o.members) {
		return n.Label
	}
	return o.nodeOf(number)
}

func (o *oneView) nodeOf(number int) string {
	m := o.members[number-1]
	return o.t("network.node_one", "number", number, "title", o.title(m.Listing), "account", o.accountOf(m))
}

// sharedName is the word below what listings share.
func (o *oneView) sharedName(n Node) string {
	if n.Label != "" {
		return short(n.Label, 2*longName)
	}
	return o.t("network.kind." + n.Kind)
}

func (o *oneView) dotName(d spot) string {
	return o.nodeOf(d.Number) + ", " + o.words.Moment(d.Member.Made)
}

func (o *oneView) barName(b bar) string {
	return o.t("network.bar", "listings", o.t("network.listing_count", "count", b.Count), "from", o.words.Moment(b.From))
}

// filling is what a listing puts into one or several slots.
type filling struct{ slots, text string }

// filledIn gathers slots that are filled alike.
func filledIn(fillings []string) (all []filling) {
	for i, text := range fillings {
		if text == "" {
			continue
		}
		slot := "[" + strconv.Itoa(i+1) + "]"
		at := slices.IndexFunc(all, func(f filling) bool { return f.text == text })
		if at >= 0 {
			all[at].slots += " " + slot
			continue
		}
		all = append(all, filling{slot, text})
	}
	return all
}
