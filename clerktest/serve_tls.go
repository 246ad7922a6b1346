package clerktest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// tlsHandshake is the first byte of a TLS connection.
const tlsHandshake = 0x16

// certificateFile keeps the certificate and its key in the data folder, so that a person trusts it once.
const certificateFile = "certificate.pem"

// firstByteTimeout is how long a connection may stay silent before it is taken for one of plain http.
const firstByteTimeout = 10 * time.Second

// Listener returns a listener that speaks http and https on one port: a connection whose first byte begins a TLS
// handshake is decrypted with a certificate of the emulator's own. With a data folder the certificate is kept there in
// certificate.pem, otherwise it is made anew at each start.
func (e *Emulator) Listener(inner net.Listener) (net.Listener, error) {
	certificate, err := e.certificate()
	if err != nil {
		return nil, fmt.Errorf("clerktest: Listener: %w", err)
	}
	l := &dualListener{
		Listener: inner, config: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
		accepted: make(chan net.Conn), done: make(chan struct{}),
	}
	go l.acceptAll()
	return l, nil
}

// dualListener looks at the first byte of each connection, each in a goroutine of its own, so that a silent one holds
// up no other.
type dualListener struct {
	net.Listener

	config   *tls.Config
	accepted chan net.Conn
	done     chan struct{}
	once     sync.Once
	err      error // why accepting ended, set before done is closed
}

func (l *dualListener) acceptAll() {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			l.once.Do(func() { l.err = err; close(l.done) })
			return
		}
		go l.look(conn)
	}
}

func (l *dualListener) look(conn net.Conn) {
	r := bufio.NewReaderSize(conn, 16)
	_ = conn.SetReadDeadline(time.Now().Add(firstByteTimeout))
	first, err := r.Peek(1)
	_ = conn.SetReadDeadline(time.Time{})
	if err != nil {
		_ = conn.Close()
		return
	}
	var out net.Conn = &peekedConn{Conn: conn, r: r}
	if first[0] == tlsHandshake {
		out = tls.Server(out, l.config)
	}
	select {
	case l.accepted <- out:
	case <-l.done:
		_ = conn.Close()
	}
}

// Accept implements net.Listener.
func (l *dualListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.done:
		return nil, l.err
	}
}

// Close implements net.Listener.
func (l *dualListener) Close() error {
	err := l.Listener.Close()
	l.once.Do(func() { l.err = net.ErrClosed; close(l.done) })
	return err
}

// peekedConn is a connection whose first bytes were looked at.
type peekedConn struct {
	net.Conn

	r *bufio.Reader
}

func (c *peekedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

// certificate is that of the data folder, else a new one.
func (e *Emulator) certificate() (tls.Certificate, error) {
	if e.dataDir == "" {
		content, err := newCertificate(e.url)
		if err != nil {
			return tls.Certificate{}, err
		}
		return tls.X509KeyPair(content, content)
	}
	path := filepath.Join(e.dataDir, certificateFile)
	content, err := os.ReadFile(path) //nolint:gosec // a file of the folder that the caller named
	if errors.Is(err, os.ErrNotExist) {
		if content, err = newCertificate(e.url); err == nil {
			err = writeFileAtomically(path, func(w io.Writer) error { _, err := w.Write(content); return err })
		}
	}
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(content, content)
}

// newCertificate makes a self-signed certificate for this machine and the host of an address, and its key, in PEM.
func newCertificate(address string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "local Clerk of clerktest"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if host, _, err := net.SplitHostPort(hostOf(address)); err == nil {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}
