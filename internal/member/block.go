package member

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// mostBlocks is how many people one member may block; more is a program at work.
const mostBlocks = 1000

// block is one line of somebody's list.
type block struct {
	Blocked value.ID
	KnownAs string
	At      time.Time
}

// Block keeps two people apart from now on. knownAs is what the member sees in the list; it may be empty. To block
// somebody twice is no error, to block an account that does not exist neither: the answer tells nothing.
func Block(tx *db.Tx, by, blocked value.ID, knownAs string) error {
	if by == blocked {
		return &value.Error{Kind: value.Invalid, Key: "member.block_yourself", Message: "you cannot block yourself"}
	}
	n, err := db.One(tx, db.Column[int], "select count(*) from member_block where account = $1", by)
	if err != nil {
		return err
	}
	if n >= mostBlocks {
		return &value.Error{Kind: value.Limited, Key: "member.block_many", Message: "you have blocked very many people; please write to us"}
	}
	added, err := tx.Exec(`
		insert into member_block (account, blocked, known_as, at_us) values ($1, $2, $3, $4)
		on conflict (account, blocked) do nothing`, by, blocked, oneLine(knownAs, longestName), value.Micros(tx.Now()))
	if added > 0 {
		tx.Log(db.Change{Object: "member_block", Record: by, Diff: map[string]any{"blocked": [2]any{nil, blocked.String()}}})
	}
	return err
}

// Unblock takes a block back. Without one it does nothing.
func Unblock(tx *db.Tx, by, blocked value.ID) error {
	n, err := tx.Exec("delete from member_block where account = $1 and blocked = $2", by, blocked)
	if n > 0 {
		tx.Log(db.Change{Object: "member_block", Record: by, Diff: map[string]any{"blocked": [2]any{blocked.String(), nil}}})
	}
	return err
}

// Blocked reports whether either of two people has blocked the other.
func Blocked(tx *db.Tx, a, b value.ID) (bool, error) {
	return db.One(tx, db.Column[bool], `
		select exists (
			select 1 from member_block
			where account = $1 and blocked = $2 or account = $2 and blocked = $1
		)`, a, b)
}

// Blocks reports whether the first of two people has blocked the second, for a page that offers the way back.
func Blocks(tx *db.Tx, by, blocked value.ID) (bool, error) {
	return db.One(tx, db.Column[bool], "select exists (select 1 from member_block where account = $1 and blocked = $2)", by, blocked)
}

func listBlocks(tx *db.Tx, by value.ID) ([]block, error) {
	return db.All(tx, func(row db.Scanner) (block, error) {
		var b block
		var at_us int64
		err := row.Scan(&b.Blocked, &b.KnownAs, &at_us)
		b.At = value.FromMicros(at_us)
		return b, err
	}, "select blocked, known_as, at_us from member_block where account = $1 order by at_us desc, blocked", by)
}
