package audit

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Report is what an audit found.
type Report struct {
	Sealed   int64 // changes the newest seal covers
	Unsealed int64 // changes after it
	Erased   int64 // changes whose diff was erased
	Seals    int   // checkpoints whose signature is right
	Problems []Problem
}

// OK reports whether everything fits.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// Problem is one finding. Seq to Through are the changes it is about; both are 0 when it is about none.
type Problem struct {
	Kind    Kind
	Seq     int64
	Through int64
	Text    string // a sentence for the operator
}

// Kind sorts findings.
type Kind string

// The kinds of finding.
const (
	Altered   Kind = "altered"   // the change is not the one that was sealed
	Removed   Kind = "removed"   // the change that was sealed is gone
	Inserted  Kind = "inserted"  // the change was never sealed, and stands among sealed ones
	Moved     Kind = "moved"     // the change was sealed with another number
	Truncated Kind = "truncated" // the log is shorter than its seal
	Digest    Kind = "digest"    // the diff is not the one the digest was made of
	Hash      Kind = "hash"      // a stored hash was altered or is gone
	Entries   Kind = "entries"   // an exported bundle does not hold the exported changes
	Seal      Kind = "seal"      // a seal fits neither the changes nor the hashes, or was removed
	Signature Kind = "signature" // a seal is not signed by the site
	Rollback  Kind = "rollback"  // the history is not the one that somebody remembered
)

// Verify compares a database with its seals. Checkpoints that somebody remembered (Checkpoint returned them once)
// show whether history was rolled back. The error says that it could not be checked; findings are in the report.
func Verify(ctx context.Context, d *db.DB, publicKey string, remembered ...string) (Report, error) {
	report, err := inspect(ctx, databaseSource{d}, publicKey, remembered)
	if err != nil {
		return report, fmt.Errorf("audit.Verify(%s): %w", d.Name(), err)
	}
	return report, nil
}

// VerifyExport does the same with the files that Export wrote.
func VerifyExport(ctx context.Context, dir, publicKey string, remembered ...string) (Report, error) {
	report, err := inspect(ctx, directorySource{dir}, publicKey, remembered)
	if err != nil {
		return report, fmt.Errorf("audit.VerifyExport(%s): %w", dir, err)
	}
	return report, nil
}

// auditor holds the state of one audit. It grows two trees beside each other, one of the changes and one of the
// stored leaf hashes: when they differ, the seals say which of them was tampered with.
type auditor struct {
	source source
	report Report

	seals  map[int64][]claim // by size
	size   int64             // of the newest seal
	next   int64             // the seq to come
	rows   tree
	stored tree
	tile   []tlog.Hash // the stored leaf hashes around next

	fitted     int64 // size of the newest seal that fits
	rowsFit    bool  // the newest seal fits the changes
	storedFits bool  // the newest seal fits the stored hashes

	suspects suspects
	upper    map[[2]int64][]byte // tiles of the tree of changes, until they were compared
	bundle   []byte              // the entries since the last full bundle
}

// claim is a checkpoint whose signature is right.
type claim struct {
	checkpoint
	remembered bool
}

func inspect(ctx context.Context, s source, publicKey string, remembered []string) (Report, error) {
	a := &auditor{source: s, seals: make(map[int64][]claim), next: 1, suspects: newSuspects(), upper: make(map[[2]int64][]byte)}
	a.rows.fullTile = func(level int, number int64, hashes []tlog.Hash) error {
		a.upper[[2]int64{int64(level), number}] = joinHashes(hashes)
		return nil
	}
	a.stored.fullTile = func(level int, number int64, hashes []tlog.Hash) error {
		return a.compareTile(ctx, level, number, hashes)
	}
	if err := a.readSeals(ctx, publicKey, remembered); err != nil {
		return a.report, err
	}
	if err := s.rows(ctx, func(r change.Row) error { return a.row(ctx, r) }); err != nil {
		return a.report, err
	}
	return a.report, a.finish(ctx)
}

// found adds a finding. After a thousand, nobody reads on.
func (a *auditor) found(kind Kind, seq, through int64, format string, args ...any) {
	const enough = 1000
	if len(a.report.Problems) < enough {
		a.report.Problems = append(a.report.Problems, Problem{Kind: kind, Seq: seq, Through: through, Text: fmt.Sprintf(format, args...)})
	}
}

func (a *auditor) readSeals(ctx context.Context, publicKey string, remembered []string) error {
	hashed, err := a.source.leaves(ctx)
	if err != nil {
		return err
	}
	all, err := a.source.seals(ctx)
	if err != nil {
		return err
	}
	for _, kept := range all {
		signed, err := openCheckpoint(kept.note, publicKey)
		switch {
		case value.KindOf(err) == value.Invalid:
			a.found(Signature, 0, 0, "The seal of %d changes is not signed by this site: %v.", kept.size, err)
			continue
		case err != nil:
			return err
		case signed.size != kept.size || signed.root != kept.root:
			a.found(Seal, 0, 0, "The seal stored for %d changes is signed for %d.", kept.size, signed.size)
			continue
		}
		a.report.Seals++
		a.size = max(a.size, signed.size)
		a.seals[signed.size] = append(a.seals[signed.size], claim{checkpoint: signed})
	}
	a.report.Sealed = a.size
	if hashed > a.size {
		a.found(Seal, a.size+1, hashed, "The hashes of %d changes are stored, but the newest valid seal covers %d: seals were removed.", hashed, a.size)
	}
	return a.readRemembered(publicKey, remembered)
}

func (a *auditor) readRemembered(publicKey string, remembered []string) error {
	for _, text := range remembered {
		old, err := openCheckpoint(text, publicKey)
		if err != nil {
			return fmt.Errorf("the remembered checkpoint: %w", err)
		}
		if old.size > a.size {
			a.found(Rollback, a.size+1, old.size, "A remembered checkpoint covers %d changes, the newest seal only %d: history was rolled back.", old.size, a.size)
			continue
		}
		a.seals[old.size] = append(a.seals[old.size], claim{checkpoint: old, remembered: true})
	}
	return nil
}

// row takes the next change of the log.
func (a *auditor) row(ctx context.Context, r change.Row) error {
	if r.Seq < a.next {
		a.found(Inserted, r.Seq, r.Seq, "Change %d is there twice, or out of order.", r.Seq)
		return nil
	}
	for a.next < r.Seq && a.next <= a.size {
		if err := a.absent(ctx); err != nil {
			return err
		}
	}
	if a.next < r.Seq {
		a.found(Removed, a.next, r.Seq-1, "Changes %d to %d, not sealed yet, are gone.", a.next, r.Seq-1)
		a.next = r.Seq
	}
	a.checkDigest(r)
	if r.Seq > a.size {
		a.report.Unsealed++
		a.next++
		return nil
	}
	leaf := encodeLeaf(r)
	hash := tlog.RecordHash(leaf)
	kept, ok, err := a.storedLeaf(ctx)
	if err != nil {
		return err
	}
	if !ok {
		kept = hash
	}
	if kept != hash {
		a.suspects.add(r.Seq, kept, &r)
	}
	a.bundle = appendEntry(a.bundle, leaf)
	return a.advance(hash, kept)
}

// absent takes note that the next sealed change is not there.
func (a *auditor) absent(ctx context.Context) error {
	kept, _, err := a.storedLeaf(ctx)
	if err != nil {
		return err
	}
	a.suspects.add(a.next, kept, nil)
	return a.advance(kept, kept)
}

func (a *auditor) checkDigest(r change.Row) {
	switch {
	case r.Salt == nil && r.Diff == "":
		a.report.Erased++
	case r.Salt == nil || !bytes.Equal(change.Commit(r.Salt, r.Diff), r.Digest):
		a.found(Digest, r.Seq, r.Seq, "Change %d shows a diff that is not the one its digest was made of.", r.Seq)
	}
}

// storedLeaf is the stored hash of the next change; not ok when it is gone.
func (a *auditor) storedLeaf(ctx context.Context) (h tlog.Hash, ok bool, err error) {
	at := int((a.next - 1) % tileWidth)
	if at == 0 {
		number := (a.next - 1) / tileWidth
		width := int(min(tileWidth, a.size-number*tileWidth))
		stored, err := a.source.tile(ctx, 0, number, width)
		if err != nil {
			return h, false, err
		}
		have := min(width, len(stored)/tlog.HashSize)
		if have < width {
			a.found(Hash, a.next+int64(have), a.next+int64(width)-1, "Stored hashes of changes %d to %d are gone.", a.next+int64(have), a.next+int64(width)-1)
		}
		a.tile, _ = splitHashes(stored[:have*tlog.HashSize], have)
	}
	if at >= len(a.tile) {
		return h, false, nil
	}
	return a.tile[at], true, nil
}

// advance grows both trees by a leaf and compares them with the seals of that size.
func (a *auditor) advance(row, kept tlog.Hash) error {
	if err := a.rows.add(row); err != nil {
		return err
	}
	if err := a.stored.add(kept); err != nil {
		return err
	}
	a.next++
	if err := a.compareEntries(); err != nil {
		return err
	}
	for _, seal := range a.seals[a.stored.size] {
		a.compareSeal(seal)
	}
	return nil
}

func (a *auditor) compareSeal(seal claim) {
	rowsFit, storedFits := a.rows.root() == seal.root, a.stored.root() == seal.root
	switch {
	case rowsFit || storedFits:
		a.fitted = seal.size
	case seal.remembered:
		a.found(Rollback, a.fitted+1, seal.size, "The history up to change %d is not the one of a remembered checkpoint.", seal.size)
	default:
		a.found(Seal, a.fitted+1, seal.size, "The seal of %d changes fits neither the changes nor their stored hashes; look at changes %d to %d.",
			seal.size, a.fitted+1, seal.size)
	}
	if seal.size == a.size && !seal.remembered {
		a.rowsFit, a.storedFits = rowsFit, storedFits
	}
}

// finish looks at what is missing at the end, and says what happened to the changes that do not fit.
func (a *auditor) finish(ctx context.Context) error {
	if a.next <= a.size {
		a.found(Truncated, a.next, a.size, "The newest seal covers %d changes, the log ends at change %d.", a.size, a.next-1)
	}
	for a.next <= a.size {
		if err := a.absent(ctx); err != nil {
			return err
		}
	}
	for level := 1; level < len(a.stored.edges); level++ {
		if number, width := place(a.stored.size, level); width > 0 {
			a.upper[[2]int64{int64(level), number}] = joinHashes(a.rows.edges[level])
			if err := a.compareTile(ctx, level, number, a.stored.edges[level]); err != nil {
				return err
			}
		}
	}
	if a.rowsFit && !a.storedFits {
		for _, seq := range a.suspects.sorted() {
			a.found(Hash, seq, seq, "The stored hash of change %d was altered; the change itself is the sealed one.", seq)
		}
		return nil
	}
	for _, p := range a.suspects.explain() {
		a.found(p.Kind, p.Seq, p.Through, "%s", p.Text)
	}
	return nil
}

// compareTile compares a stored tile above the leaves with both trees. It runs for the tree of stored hashes, which
// grows second.
func (a *auditor) compareTile(ctx context.Context, level int, number int64, hashes []tlog.Hash) error {
	key := [2]int64{int64(level), number}
	ofRows := a.upper[key]
	delete(a.upper, key)
	if level == 0 {
		return nil
	}
	kept, err := a.source.tile(ctx, level, number, len(hashes))
	if err != nil {
		return err
	}
	kept = kept[:min(len(kept), len(hashes)*tlog.HashSize)]
	if !bytes.Equal(kept, joinHashes(hashes)) && !bytes.Equal(kept, ofRows) {
		first := number<<(tileHeight*(level+1)) + 1
		a.found(Hash, first, min(a.size, first+1<<(tileHeight*(level+1))-1), "The stored hashes above the leaves (level %d, tile %d) were altered.", level, number)
	}
	return nil
}

// compareEntries compares the leaves of the last changes with their exported bundle, when it is complete.
func (a *auditor) compareEntries() error {
	size := a.rows.size
	if size%tileWidth != 0 && size != a.size {
		return nil
	}
	number := (size - 1) / tileWidth
	width := int(size - number*tileWidth)
	bundle, kept, err := a.source.entries(number, width)
	if kept && err == nil && !bytes.Equal(bundle, a.bundle) {
		a.found(Entries, number*tileWidth+1, size, "The exported entries of changes %d to %d are not those changes.", number*tileWidth+1, size)
	}
	a.bundle = a.bundle[:0]
	return err
}
