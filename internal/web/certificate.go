package web

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// keyPair is a certificate that is read again when its file changes, so that a renewal needs no restart.
type keyPair struct {
	certificate, key string

	mu      sync.Mutex
	current *tls.Certificate
	written time.Time
}

// get returns the certificate. While a renewal is half written, the one before it serves on.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	file, err := os.Stat(p.certificate)
	if err == nil && (p.current == nil || !file.ModTime().Equal(p.written)) {
		var read tls.Certificate
		if read, err = tls.LoadX509KeyPair(p.certificate, p.key); err == nil {
			p.current, p.written = &read, file.ModTime()
		}
	}
	if p.current == nil {
		return nil, fmt.Errorf("reading the certificate %s: %w", p.certificate, err)
	}
	return p.current, nil
}
