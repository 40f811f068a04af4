package saved

import (
	"slices"
	"strings"

	"fairground/internal/change"
	"fairground/internal/value"
)

// past is what everybody could see of a listing before a change.
type past struct {
	seen   bool        // it was live
	lowest value.Money // the least price at which it was; no currency: it had none
}

const mostHistory = 200 // changes of one listing that are looked at

// pastOf reads the history of a listing, newest first, up to a change.
func pastOf(history []change.Row, before int64) past {
	var p past
	var status string
	var price value.Money
	for _, row := range slices.Backward(history) {
		if row.Seq >= before {
			break
		}
		h := read(row.Diff)
		if changed, ok := now(h.Status); ok {
			status = changed
		}
		if len(h.Price) == 2 {
			text, _ := now(h.Price)
			price = readPrice(text)
		}
		if status == live {
			p.seen = true
			if price.Currency != "" && (p.lowest.Currency != price.Currency || price.Minor < p.lowest.Minor) {
				p.lowest = price
			}
		}
	}
	return p
}

// readPrice reads a price as listings log it; what cannot be read is none.
func readPrice(text string) value.Money {
	currency, amount, _ := strings.Cut(text, " ")
	m, err := value.ParseMoney(amount, currency)
	if err != nil {
		return value.Money{}
	}
	return m
}
