package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
)

// checkLock refuses a document that spec.lock does not name, so that generated
// code never comes from a file nobody has looked at.
func checkLock(lockPath, specPath, sum string) error {
	if lockPath == "" {
		return nil
	}
	data, err := os.ReadFile(lockPath)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == "sha256" && fields[2] == sum {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return fmt.Errorf("%s has SHA-256 %s, which %s does not name: read apigen -report, then record the new sum",
		specPath, sum, lockPath)
}
