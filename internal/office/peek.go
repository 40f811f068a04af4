package office

import (
	"net/http"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/web"
)

// fewFacts is how many values a peek shows.
const fewFacts = 10

// peek is the record in short, beside a list. Opened as a page it is the record's page.
func (v *visit) peek(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	if !web.Fragment(v.r) {
		return web.Redirect(w, v.r, pathOf(o.Object, id))
	}
	rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
	if err != nil {
		return err
	}
	p := &pageView{v: v, o: o, rec: rec}
	if p.events, err = v.happenings(o, rec, fewEvents); err != nil {
		return err
	}
	card, err := p.card()
	if err != nil {
		return err
	}
	return v.part(w, http.StatusOK, card)
}

func (p *pageView) card() (ui.PeekCard, error) {
	timeline, err := p.v.timeline(p.events)
	for i := range timeline {
		timeline[i].Body = clipped(timeline[i].Body, longShown)
	}
	card := ui.PeekCard{Title: p.rec.Title(), Href: p.path(), Tags: p.tags()[:min(1, len(p.tags()))], Actions: p.peekActions(), Timeline: timeline}
	for _, f := range p.factFields() {
		if x := p.rec.Values[f.Key]; x != nil && len(card.Facts) < fewFacts && f.Type != record.LongText {
			card.Facts = append(card.Facts, ui.Fact{Name: p.v.in(f.Labels), View: p.v.valueView(f, x, p.rec.Titles)})
		}
	}
	return card, err
}

// peekLinks are what one does most about a record: logs a call, makes what refers to it.
func (p *pageView) peekLinks() []ui.Link {
	var links []ui.Link
	if p.o.May(record.Edit) {
		links = append(links, ui.Link{Text: p.v.t("office.edit"), Href: p.path() + "/edit"})
	}
	for _, link := range p.logLinks() {
		if link.Icon == "phone" || link.Icon == "mail" {
			links = append(links, ui.Link{Text: p.v.t("office.log_one", "what", p.v.small(link.Text)), Href: link.Href})
		}
	}
	return append(links, p.v.makers(p.o, p.o.ID(p.rec.ID))...)
}

// makers lead to forms of records that refer to this one.
func (v *visit) makers(o *record.Seen, id string) (links []ui.Link) {
	const few = 2
	if v.target(o.Key) == nil {
		return nil
	}
	for _, other := range v.around.Objects() {
		for _, f := range other.Fields {
			if f.Type == record.Reference && f.Options.Target == o.Key && other.Key != o.Key && other.Key != activityObject && other.May(record.Make) && other.Editable(f) && len(links) < few {
				links = append(links, ui.Link{Text: v.t("office.new", "object", v.within(other.Labels)), Href: root(other.Key) + "/new?" + f.Key + "=" + id})
				break
			}
		}
	}
	return links
}
