package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// cardsShown is how many cards a column of a board shows; the rest is a list.
const cardsShown = 30

// readBoard reads a column of records for each choice, and one for those without.
func (l *listView) readBoard() error {
	f := l.o.Field(l.look.by)
	if f == nil || f.Type != record.Choice {
		l.look.kind = record.ListView
		return l.readList()
	}
	board := ui.Board{Label: l.v.in(l.o.Plural), Refresh: l.look.href()}
	for _, option := range append(f.Options.Choices, record.Option{}) {
		column, err := l.boardColumn(f, option)
		if err != nil {
			return l.noteFault(err)
		}
		if len(column.Cards) > 0 || !option.Retired && (option.Key != "" || !f.Required) {
			board.Columns = append(board.Columns, column)
		}
	}
	l.body = board
	return nil
}

func (l *listView) boardColumn(f *record.Field, option record.Option) (ui.BoardColumn, error) {
	v := l.v
	column := ui.BoardColumn{Value: option.Key, Title: v.in(option.Labels), Tone: ui.Tone(option.Tone)}
	condition := f.Key + " == " + strconv.Quote(option.Key)
	if option.Key == "" {
		condition, column.Title = f.Key+" == null", v.t("office.none")
	}
	list := *l.look
	list.own, list.kind, list.by, list.filter = true, record.ListView, "", and(l.look.filter, condition)
	q := list.query()
	q.Limit = cardsShown
	page, err := v.store.Find(v.ctx, v.asker, q)
	if err != nil {
		return column, err
	}
	n, more := len(page.Records), false
	if page.Next != "" {
		more = true
		_, err = v.briefly(func(ctx context.Context) error {
			counted, over, err := v.store.Count(ctx, v.asker, q, mostCounted)
			if err == nil {
				n, more = counted, over
			}
			return err
		})
		if err != nil {
			return column, err
		}
		column.MoreHref, column.MoreText = list.href(), v.t("office.more_cards", "count", v.capped(n, more))
	}
	column.Count = v.capped(n, more)
	if len(page.Records) > 0 && !more {
		if column.Sum, err = v.columnSum(&list); err != nil {
			return column, err
		}
	}
	for _, rec := range page.Records {
		column.Cards = append(column.Cards, v.card(l.look, f, rec))
	}
	return column, nil
}

// columnSum is the sum of a board's column without the field's name.
func (v *visit) columnSum(l *look) (string, error) {
	f := v.summed(l)
	if f == nil || v.typeOf(f) != record.MoneyType {
		return "", nil
	}
	return v.sumOf(l, f)
}

// card is a record on a board: a few values below its name.
func (v *visit) card(l *look, by *record.Field, rec *record.Record) ui.BoardCard {
	path := pathOf(l.object.Object, rec.ID)
	card := ui.BoardCard{ID: l.object.ID(rec.ID), Title: rec.Title(), Href: path, PeekURL: path + "/peek", When: v.words.AgoBriefly(rec.Updated)}
	const few = 3
	for _, key := range l.shown() {
		f := l.object.Field(key)
		if f == nil || key == l.object.Title || key == by.Key || rec.Values[key] == nil || len(card.Lines)+len(card.Tags) == few {
			continue
		}
		if f.Type == record.Choice {
			card.Tags = append(card.Tags, v.tags(f, rec.Values[key])...)
		} else if text := v.shown(f, rec.Values[key], rec.Titles); text != "" {
			card.Lines = append(card.Lines, clipped(text, 60))
		}
	}
	if l.object.May(record.Edit) && l.object.Editable(by) {
		q := l.place()
		q.Set("field", by.Key)
		q.Set("rev", strconv.FormatInt(rec.Rev, 10))
		card.MoveURL = address(path+"/move", q)
	}
	return card
}

// move gives a card of a board another choice. The record must be as the board showed it.
func (v *visit) move(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	f := o.Field(q.Line("field", 100))
	if f == nil || f.Type != record.Choice {
		return value.Errorf(value.NotFound, "there is no such field")
	}
	var to any
	if key := form.Line("to", 100); key != "" {
		to = key
	}
	_, err = v.store.Update(v.ctx, v.asker, o.Key, id, q.Int("rev", 0, 1<<62), record.Values{f.Key: to})
	if web.Fragment(v.r) {
		if err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	}
	back := root(o.Key) + "?" + boardState(v.r.URL.Query()).Encode()
	if err != nil {
		return v.goBack(w, back, err)
	}
	return v.goOn(w, back, v.t("office.moved"))
}

// boardState is the address of the board in the address of a move.
func boardState(q url.Values) url.Values {
	q.Del("field")
	q.Del("rev")
	return q
}
