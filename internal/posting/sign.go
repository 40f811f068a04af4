package posting

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// What was thrown away travels in the page that offers to take that back, sealed, so that nothing is kept of it here and
// nobody can make up a draft with photos of others.

// sealed writes a value so that only the same author gets it back.
func (v *visit) sealed(what any) (string, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("posting.sealed: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(v.seal(text), text...)), nil
}

// unseal reads what sealed wrote into a value.
func (v *visit) unseal(token string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil && len(raw) > sha256.Size && hmac.Equal(raw[:sha256.Size], v.seal(raw[sha256.Size:])) {
		return json.Unmarshal(raw[sha256.Size:], into)
	}
	return &value.Error{Kind: value.Invalid, Key: "posting.undo_gone", Message: "this can not be taken back any more"}
}

func (v *visit) seal(text []byte) []byte {
	mac := hmac.New(sha256.New, v.site.Key("posting"))
	fmt.Fprintf(mac, "%d/%s/", v.by.Account, v.by.Key)
	mac.Write(text)
	return mac.Sum(nil)
}

// removedPhoto is a photo that was taken out of a draft, and where it stood.
type removedPhoto struct {
	Draft value.ID
	Place int
	Photo listing.Photo
}

// thrownDraft is a draft that was thrown away.
type thrownDraft struct {
	Seller value.ID
	Typed  listing.Typed
}
