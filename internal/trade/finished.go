package trade

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// MostFinished is as far as Finished counts: a page says "1000 or more" beyond it.
const MostFinished = 1000

// Finished counts the trades of a buyer, or of a seller, that both sides called done, up to MostFinished.
func Finished(tx *db.Tx, side Side, party value.ID) (int, error) {
	column := "buyer"
	if side == Seller {
		column = "seller"
	}
	return db.One(tx, db.Column[int], `
		select count(*) from (
			select 1 from trade where `+column+` = $1 and status = 'done' limit $2
		) done`, int64(party), MostFinished)
}
