package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zalando/go-keyring"
	"golang.org/x/oauth2"
)

// store keeps the tokens of one user between runs. It has errSignedOut when there are none.
type store interface {
	load() (*oauth2.Token, error)
	save(token *oauth2.Token) error
	remove() error
}

// newStore returns the store of a kind. Those of other accounts, an issuer and a client id, are apart.
func newStore(kind, dir, account string) (store, error) {
	switch kind {
	case "keyring":
		return keyringStore(account), nil
	case "file":
		return fileStore(filepath.Join(dir, "token.json")), nil
	}
	return nil, fmt.Errorf("there is no store %q: take keyring or file", kind)
}

// keyringStore is the account of an entry in the keyring of the user: the Keychain, the Credential Manager or the Secret Service.
type keyringStore string

const service = "clerk-go-cli"

func (s keyringStore) load() (*oauth2.Token, error) {
	text, err := keyring.Get(service, string(s))
	if errors.Is(err, keyring.ErrNotFound) {
		return nil, errSignedOut
	}
	if err != nil {
		return nil, fmt.Errorf("the keyring does not answer, try -store file: %w", err)
	}
	return parse([]byte(text))
}

func (s keyringStore) save(token *oauth2.Token) error {
	text, err := json.Marshal(token) //nolint:gosec // a store is where tokens belong
	if err != nil {
		return err
	}
	if err := keyring.Set(service, string(s), string(text)); err != nil {
		return fmt.Errorf("the keyring does not take the token, try -store file: %w", err)
	}
	return nil
}

func (s keyringStore) remove() error {
	if err := keyring.Delete(service, string(s)); !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}

// fileStore is the path of a file that only its owner can read.
type fileStore string

func (s fileStore) load() (*oauth2.Token, error) {
	info, err := os.Stat(string(s))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errSignedOut
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		return nil, errors.New("others can read the file of the tokens: remove it and sign in again")
	}
	text, err := os.ReadFile(string(s))
	if err != nil {
		return nil, err
	}
	return parse(text)
}

// save puts a whole file in the place of the old one, so that no process reads half of it.
func (s fileStore) save(token *oauth2.Token) error {
	text, err := json.Marshal(token) //nolint:gosec // a store is where tokens belong
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(string(s)), "token-*") // with the mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name())) //nolint:gosec // in the folder of the user
	}
	return os.Rename(file.Name(), string(s)) //nolint:gosec // in the folder of the user
}

func (s fileStore) remove() error { return os.Remove(string(s)) }

func parse(text []byte) (*oauth2.Token, error) {
	var token oauth2.Token
	if err := json.Unmarshal(text, &token); err != nil {
		return nil, errors.New("the stored tokens cannot be read: sign in again")
	}
	return &token, nil
}
