package evidence

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"fairground/internal/value"
)

// Each package has a key of its own, an age identity. For every ordered pair of custodians (a, b) the key is encrypted to
// b, and that again to a. The envelope of a holds these inner texts for all b; so a opens the envelope and can read
// nothing, and b needs what a opened. Standard age opens both layers.

// envelopes locks the key of a package for any two of the custodians, or for the site alone while there are fewer than
// two. The result is by the custodian's id; 0 is the site.
func (v *Vault) envelopes(key *age.X25519Identity, all []custodian) (map[value.ID]string, error) {
	if len(all) < 2 {
		sealed, err := v.lockForSite(key)
		return map[value.ID]string{0: sealed}, err
	}
	inner := make(map[value.ID]string)
	outer := make(map[value.ID]string)
	for _, b := range all {
		sealed, err := lockTo([]byte(key.String()), b.Recipient)
		if err != nil {
			return nil, err
		}
		inner[b.ID] = sealed
	}
	for _, a := range all {
		others := make(map[string]string)
		for _, b := range all {
			if a.ID != b.ID {
				others[b.ID.String()] = inner[b.ID]
			}
		}
		text, err := json.Marshal(others)
		if err != nil {
			return nil, err
		}
		if outer[a.ID], err = lockTo(text, a.Recipient); err != nil {
			return nil, err
		}
	}
	return outer, nil
}

const siteEffort = 10 // the site's secret is random: guessing it is hopeless without making it slow

func (v *Vault) lockForSite(key *age.X25519Identity) (string, error) {
	return lockWithPassphrase([]byte(key.String()), hex.EncodeToString(v.Secret), siteEffort)
}

func (v *Vault) unlockForSite(sealed string) (*age.X25519Identity, error) {
	text, err := unlockWithPassphrase(sealed, hex.EncodeToString(v.Secret))
	if err != nil {
		return nil, fmt.Errorf("evidence: the site's secret does not open the package: %w", err)
	}
	return age.ParseX25519Identity(string(text))
}

// lockTo encrypts a short text to public keys such as age1….
func lockTo(text []byte, recipients ...string) (string, error) {
	to := make([]age.Recipient, len(recipients))
	for i, name := range recipients {
		r, err := age.ParseX25519Recipient(name)
		if err != nil {
			return "", err
		}
		to[i] = r
	}
	return encryptText(text, to...)
}

func lockWithPassphrase(text []byte, passphrase string, effort int) (string, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return "", err
	}
	r.SetWorkFactor(effort)
	return encryptText(text, r)
}

func unlockWithPassphrase(sealed, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	return decryptText(sealed, identity)
}

func encryptText(text []byte, to ...age.Recipient) (string, error) {
	var out bytes.Buffer
	armoured := armor.NewWriter(&out)
	if err := encrypt(armoured, text, to...); err != nil {
		return "", err
	}
	if err := armoured.Close(); err != nil {
		return "", err
	}
	return out.String(), nil
}

func decryptText(sealed string, with ...age.Identity) ([]byte, error) {
	opened, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), with...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(opened)
}

func encrypt(out io.Writer, text []byte, to ...age.Recipient) error {
	w, err := age.Encrypt(out, to...)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}
