// Package mailtest helps tests look at mail: Leaks finds addresses that must not be in it, Names answers for the domain
// name system.
package mailtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
)

// Leaks names the places of a raw mail at which one of the addresses, or the part of it before the @, can be read: in
// the source, in a header after decoding, or in a decoded part at any depth. Case does not matter. Parts before the @
// of fewer than five letters are looked for with their domain only, because they may be ordinary words.
func Leaks(raw []byte, addresses ...string) []string {
	var found []string
	look := func(place, text string) {
		text = strings.ToLower(text)
		for _, address := range addresses {
			address = strings.ToLower(address)
			local, _, _ := strings.Cut(address, "@")
			if strings.Contains(text, address) || len(local) >= 5 && strings.Contains(text, local) {
				found = append(found, fmt.Sprintf("%s has %s", place, address))
			}
		}
	}
	look("the source", string(raw))
	look("the unfolded source", strings.NewReplacer("\r\n ", "", "\r\n\t", "", "=\r\n", "", "=40", "@").Replace(string(raw)))
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return append(found, "the mail cannot be read: "+err.Error())
	}
	for name, lines := range m.Header {
		for _, line := range lines {
			if decoded, err := new(mime.WordDecoder).DecodeHeader(line); err == nil {
				look("the header "+name, decoded)
			}
		}
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(m.Body); err != nil {
		return append(found, "the text cannot be read: "+err.Error())
	}
	leaksOfPart(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), body.Bytes(), "the text", look)
	return found
}

func leaksOfPart(kind, encoding string, body []byte, place string, look func(place, text string)) {
	name, params, _ := mime.ParseMediaType(kind)
	if strings.HasPrefix(name, "multipart/") {
		reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for n := 1; ; n++ {
			part, err := reader.NextRawPart()
			if err != nil {
				return
			}
			var inner bytes.Buffer
			_, _ = inner.ReadFrom(part)
			leaksOfPart(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), inner.Bytes(), fmt.Sprintf("%s, part %d", place, n), look)
			look(place, fmt.Sprint(part.Header))
		}
	}
	var out bytes.Buffer
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		_, _ = out.ReadFrom(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		_, _ = out.ReadFrom(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	default:
		out.Write(body)
	}
	look(place, out.String())
}

// Names is a domain name system with these TXT records and addresses, and nothing else. The key is the name without
// the last dot; an entry that is an IP address is an address, any other a text.
type Names map[string][]string

func unknown(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// LookupTXT returns the texts of a name.
func (n Names) LookupTXT(_ context.Context, name string) ([]string, error) {
	var texts []string
	for _, text := range n[strings.ToLower(strings.TrimSuffix(name, "."))] {
		if net.ParseIP(text) == nil {
			texts = append(texts, text)
		}
	}
	if texts == nil {
		return nil, unknown(name)
	}
	return texts, nil
}

// LookupIPAddr returns the addresses of a name.
func (n Names) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	var all []net.IPAddr
	for _, text := range n[strings.ToLower(strings.TrimSuffix(name, "."))] {
		if ip := net.ParseIP(text); ip != nil {
			all = append(all, net.IPAddr{IP: ip})
		}
	}
	if all == nil {
		return nil, unknown(name)
	}
	return all, nil
}

// LookupMX says that a name takes its mail itself, if it has an address.
func (n Names) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if _, err := n.LookupIPAddr(ctx, name); err != nil {
		return nil, err
	}
	return []*net.MX{{Host: name, Pref: 10}}, nil
}

// LookupAddr knows no names of addresses.
func (n Names) LookupAddr(_ context.Context, address string) ([]string, error) {
	return nil, unknown(address)
}
