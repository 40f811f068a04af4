package transfer

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// changes counts the records that this transaction changed, of those that were there before it. A batch tells the
// revision a record has, and not the one it had; but what this transaction changed bears its time.
func changes(tx *db.Tx, records *record.Store, p *plan, c *chunk, results []record.Result) (int64, error) {
	ids, again := rewritten(c, results)
	if len(ids) == 0 {
		return again, nil
	}
	among, err := amongIDs(tx, records, p, ids)
	if err != nil {
		return 0, err
	}
	now := tx.Now().UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	filter := fmt.Sprintf("updated == timestamp('%s') && created < timestamp('%s') && %s", now, now, among)
	n, _, err := records.In(tx).Count(record.System("transfer"), record.Query{Object: p.seen.Key, Filter: filter}, len(ids))
	return int64(n) + again, err
}

// rewritten are the records of the results that were there before. again counts those of them that one row of the chunk
// changed after another, which their revisions do tell.
func rewritten(c *chunk, results []record.Result) (ids []value.ID, again int64) {
	last := map[value.ID]int64{}
	for i, r := range results {
		if c.lines[i].err != nil || r.Err != nil || r.ID == 0 {
			continue
		}
		if rev, known := last[r.ID]; known {
			if r.Rev > rev {
				again++
			}
		} else if !r.Made {
			ids = append(ids, r.ID)
		}
		last[r.ID] = r.Rev
	}
	slices.Sort(ids)
	return ids, again
}

// amongIDs is a condition that holds for the records. Files are mostly in the order in which their records were made:
// then few others lie between the first and the last, and the range is much cheaper to read than a list of thousands.
// None of the others was changed by this transaction.
func amongIDs(tx *db.Tx, records *record.Store, p *plan, ids []value.ID) (string, error) {
	between := fmt.Sprintf("id >= %d && id <= %d", ids[0], ids[len(ids)-1])
	_, more, err := records.In(tx).Count(record.System("transfer"), record.Query{Object: p.seen.Key, Filter: between}, 4*len(ids)+1000)
	if err != nil || !more {
		return between, err
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return "id in [" + strings.Join(texts, ",") + "]", nil
}
