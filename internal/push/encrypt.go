package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const (
	recordSize  = 4096 // bytes; services must take a body of that many and need not take more
	saltLength  = 16
	headLength  = saltLength + 4 + 1 + pointLength
	pointLength = 65
	tagLength   = 16
	block       = 512 // bytes to whose multiples payloads are padded

	// MostPayload is how many bytes one message can carry.
	MostPayload = recordSize - headLength - tagLength - 1
)

// encrypt makes the body of a request: one record of the content coding aes128gcm, which only the browser of the
// subscription can read.
func encrypt(s Subscription, payload []byte) ([]byte, error) {
	ours, err := newPair()
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails
	return seal(s, ours, salt, padded(payload))
}

// padded ends a payload with the mark of a last record and fills it up to a multiple of the block.
func padded(payload []byte) []byte {
	length := min((len(payload)/block+1)*block, MostPayload+1)
	plain := make([]byte, length)
	copy(plain, payload)
	plain[len(payload)] = 2
	return plain
}

// seal is encrypt with its own key pair and salt given.
func seal(s Subscription, ours *ecdh.PrivateKey, salt, plain []byte) ([]byte, error) {
	theirs, err := ecdh.P256().NewPublicKey(s.Key)
	if err != nil {
		return nil, fmt.Errorf("push: the subscription's key: %w", err)
	}
	shared, err := ours.ECDH(theirs)
	if err != nil {
		return nil, fmt.Errorf("push: the subscription's key: %w", err)
	}
	point := ours.PublicKey().Bytes()
	gcm, nonce, err := ciphers(shared, s.Auth, salt, "WebPush: info\x00"+string(s.Key)+string(point))
	if err != nil {
		return nil, err
	}
	body := make([]byte, 0, headLength+len(plain)+tagLength)
	body = append(body, salt...)
	body = binary.BigEndian.AppendUint32(body, recordSize)
	body = append(body, pointLength)
	body = append(body, point...)
	return gcm.Seal(body, nonce, plain, nil), nil
}

// ciphers derives the key and the nonce of the one record (RFC 8291, section 3.4).
func ciphers(shared, auth, salt []byte, context string) (cipher.AEAD, []byte, error) {
	material, err := hkdf.Key(sha256.New, shared, auth, context, 32)
	if err != nil {
		return nil, nil, err
	}
	key, err := hkdf.Key(sha256.New, material, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, err
	}
	nonce, err := hkdf.Key(sha256.New, material, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, err
	}
	code, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	gcm, err := cipher.NewGCM(code)
	return gcm, nonce, err
}
