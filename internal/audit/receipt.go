package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Receipt proves one change to somebody it affects.
type Receipt struct {
	Row   change.Row
	Proof string // a C2SP tlog-proof; empty while the change is not sealed
}

const mostReceipts = 100

// Receipts returns the receipts of a record's changes, oldest first; of more than 100, the newest. An error of kind
// Conflict says that the stored hashes do not fit the seal.
func Receipts(ctx context.Context, d *db.DB, object string, record value.ID) ([]Receipt, error) {
	var all []Receipt
	err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := change.History(tx, object, record, mostReceipts)
		if err != nil {
			return err
		}
		slices.SortFunc(rows, func(a, b change.Row) int { return int(a.Seq - b.Seq) })
		all = make([]Receipt, len(rows))
		for i, row := range rows {
			all[i].Row = row
			if all[i].Proof, err = proof(tx, row.Seq); err != nil && value.KindOf(err) != value.NotFound {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("audit.Receipts(%s %d): %w", object, record, err)
	}
	return all, nil
}

// Disclosure is a receipt together with what the change says, for whoever may know it.
type Disclosure struct {
	Receipt string `json:"receipt"`
	Diff    string `json:"content"` // JSON as text: the proof covers its bytes
	Salt    []byte `json:"salt"`
}

// Disclose returns the receipt with its content as JSON. It is an error of kind NotFound when the content was erased, or
// the change is not sealed.
func (r Receipt) Disclose() (string, error) {
	if r.Row.Salt == nil || r.Proof == "" {
		return "", value.Errorf(value.NotFound, "the content of change %d is not there", r.Row.Seq)
	}
	text, err := json.MarshalIndent(Disclosure{r.Proof, r.Row.Diff, r.Row.Salt}, "", "  ")
	return string(text) + "\n", err
}

// CheckReceipt checks a receipt as people are given it: a tlog-proof, or a Disclosure. The row has its Diff exactly if
// the receipt discloses it and it is what was sealed. Errors are of kind Invalid.
func CheckReceipt(text, publicKey string) (change.Row, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return CheckProof(text, publicKey)
	}
	var d Disclosure
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return change.Row{}, value.Fieldf("receipt", "the receipt is damaged").Because(err)
	}
	row, err := CheckProof(d.Receipt, publicKey)
	if err != nil {
		return change.Row{}, err
	}
	if len(d.Salt) == 0 || !hmac.Equal(change.Commit(d.Salt, d.Diff), row.Digest) {
		return change.Row{}, value.Fieldf("receipt", "the content is not the one that was sealed")
	}
	row.Diff, row.Salt = d.Diff, d.Salt
	return row, nil
}

// Codes makes the codes with which affected people ask for their receipts. A code names one record and cannot be
// guessed; it needs no table, and works for every record as long as the secret stays.
type Codes struct{ secret []byte }

// NewCodes returns the codes under a secret of at least 32 bytes.
func NewCodes(secret []byte) (Codes, error) {
	if len(secret) < sha256.Size {
		return Codes{}, errors.New("audit.NewCodes: the secret is too short")
	}
	return Codes{slices.Clone(secret)}, nil
}

const codeTag = 10 // bytes: nobody tries 2^80 addresses

var codeText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Of is the code of a record; the object's name has at most 255 bytes.
func (c Codes) Of(object string, record value.ID) string {
	named := append([]byte{byte(len(object))}, object...)
	named = binary.BigEndian.AppendUint64(named, uint64(record))
	return strings.ToLower(codeText.EncodeToString(append(named, c.tag(named)...)))
}

// Open reads a code. An error of kind NotFound says that it is not one of these.
func (c Codes) Open(code string) (object string, record value.ID, err error) {
	none := value.Errorf(value.NotFound, "there is no receipt with this code")
	text, err := codeText.DecodeString(strings.ToUpper(strings.TrimSpace(code)))
	if err != nil || len(text) < 1+8+codeTag || int(text[0]) != len(text)-1-8-codeTag {
		return "", 0, none
	}
	named, tag := text[:len(text)-codeTag], text[len(text)-codeTag:]
	if !hmac.Equal(tag, c.tag(named)) {
		return "", 0, none
	}
	return string(named[1 : len(named)-8]), value.ID(binary.BigEndian.Uint64(named[len(named)-8:])), nil
}

func (c Codes) tag(named []byte) []byte {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte("receipt code\x00"))
	mac.Write(named)
	return mac.Sum(nil)[:codeTag]
}
