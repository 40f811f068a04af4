package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	deliveryTime  = 10 * time.Second
	largestAnswer = 64 << 10 // bytes of an answer that are read
	excerptLength = 1 << 10  // and kept
	longestURL    = 2000
)

// outbound decides where messages may go, and takes them there. The address is checked when the connection is made,
// after the name was resolved, so no name, and no answer of a name server, leads into the operator's own networks.
type outbound struct {
	loopback bool // development and tests: this machine may be a receiver, and plain HTTP will do
	client   *http.Client
}

func newOutbound(loopback bool, resolver *net.Resolver) *outbound {
	o := &outbound{loopback: loopback}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Resolver: resolver, Control: o.control}
	o.client = &http.Client{
		Timeout:       deliveryTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
			DisableCompression: true, MaxResponseHeaderBytes: largestAnswer, MaxIdleConnsPerHost: 1, MaxConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		},
	}
	return o
}

// errNotPublic says that a webhook leads to where it must not.
var errNotPublic = errors.New("this address is not on the public internet")

// control runs for every address that is about to be dialled.
func (o *outbound) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return errNotPublic
	}
	if o.mayReach(to.Addr()) {
		return nil
	}
	return errNotPublic
}

func (o *outbound) mayReach(ip netip.Addr) bool {
	return isPublic(ip) || o.loopback && ip.Unmap().IsLoopback()
}

// special are the networks that no receiver on the public internet has, beside those netip knows: shared and reserved
// ones, those for documents and for tests, and those that carry an IPv4 address inside an IPv6 one and so could hide
// another.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// isPublic reports whether an address is one that anybody on the internet could have.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsValid() || ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, network := range special {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}

// checkURL refuses what can never be delivered to, so that its author hears of it at once. Whether the name leads to a
// public address is checked again with each connection.
func (o *outbound) checkURL(text string) error {
	u, err := url.Parse(text)
	host := ""
	if err == nil {
		host = strings.TrimSuffix(u.Hostname(), ".")
	}
	switch {
	case err != nil || len(text) > longestURL || host == "" || u.Opaque != "" || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' }):
		return value.Fieldf("url", "write a whole address that begins with https://")
	case u.Scheme != "https" && !(o.loopback && u.Scheme == "http"):
		return value.Fieldf("url", "the address must begin with https://")
	case u.User != nil || u.Fragment != "":
		return value.Fieldf("url", "the address must not have a name, a password or a fragment; messages are signed instead")
	case !allowedPort(u.Port()):
		return value.Fieldf("url", "choose the port 443, or one from 1024")
	}
	return o.checkHost(host)
}

// allowedPort keeps messages away from the ports of other services.
func allowedPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && (n == 80 || n == 443 || n >= 1024 && n <= 65535)
}

// checkHost knows the ways to write an address: with dots, with colons, and, for C libraries, as numbers of any base.
func (o *outbound) checkHost(host string) error {
	if ip, err := netip.ParseAddr(host); err == nil {
		if o.mayReach(ip) {
			return nil
		}
		return value.Fieldf("url", "%s", errNotPublic)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	numeric := strings.Trim(last, "0123456789") == "" || strings.HasPrefix(strings.ToLower(last), "0x")
	local := strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
	if numeric || local && !o.loopback || !strings.Contains(host, ".") && !local || strings.ContainsAny(host, "%[]") {
		return value.Fieldf("url", "%s", errNotPublic)
	}
	return nil
}

// attempt sends a message once and returns the delivery with what came of it. It keeps nothing.
func (a *API) attempt(ctx context.Context, s *site.Site, h Webhook, d Delivery, body []byte) Delivery {
	began := time.Now()
	d.Attempts++
	d.Tried = s.DB.Clock().Now()
	d.Status, d.Error, d.Excerpt = 0, "", ""
	answer, err := a.send(ctx, s, h, d, body)
	if err == nil {
		d.Status = answer.StatusCode
		d.Excerpt = excerpt(answer.Body)
	}
	d.Took = time.Since(began)
	switch {
	case err != nil:
		d.Error = reason(err)
	case d.Status < 200 || d.Status > 299:
		d.Error = fmt.Sprintf("the receiver answered %d", d.Status)
	default:
		d.State = Delivered
	}
	return d
}

// send makes the request of the Standard Webhooks.
func (a *API) send(ctx context.Context, s *site.Site, h Webhook, d Delivery, body []byte) (*http.Response, error) {
	if err := a.out.checkURL(h.URL); err != nil {
		return nil, err // the settings may be stricter than when it was made
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	id, at := d.ID.Text(DeliveryKind), s.DB.Clock().Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Fairground-Webhooks/1")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", h.sign(s, id, at, body))
	return a.out.client.Do(r)
}

// excerpt reads an answer to its end or its limit, and keeps its beginning as text.
func excerpt(body io.ReadCloser) string {
	defer body.Close()
	head, _ := io.ReadAll(io.LimitReader(body, excerptLength)) // what came before a failure is worth keeping too
	_, _ = io.Copy(io.Discard, io.LimitReader(body, largestAnswer-excerptLength))
	text := strings.ToValidUTF8(string(head), "�")
	return strings.Map(func(c rune) rune {
		if c == 0 || c == utf8.RuneError {
			return '·'
		}
		return c
	}, text)
}

// reason is an error of a delivery in words that do not repeat its address.
func reason(err error) string {
	var outer *url.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, errNotPublic):
		return errNotPublic.Error()
	case errors.As(err, &name):
		return "the name of the receiver could not be resolved"
	case errors.As(err, &outer) && outer.Timeout():
		return fmt.Sprintf("the receiver did not answer within %s", deliveryTime)
	case errors.As(err, &outer):
		err = outer.Err
	}
	const enough = 300
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), enough)], "")
}
