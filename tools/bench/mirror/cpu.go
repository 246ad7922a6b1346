package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc.
const tick = 10 * time.Millisecond

// cpu is the processor time that was used so far: what counts where other programs share the machine.
type cpu struct{ self, database time.Duration }

// usage reads the processor times of this process and of the processes of the database, as far as the system tells.
func usage(ctx context.Context, db *sql.DB) cpu {
	u := cpu{self: processTime("/proc/self/stat", "")}
	var postmaster string
	if err := db.QueryRowContext(ctx, "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)").Scan(&postmaster); err != nil {
		return u
	}
	u.database = processTime(filepath.Join("/proc", postmaster, "stat"), "")
	processes, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range processes {
		u.database += processTime(file, postmaster)
	}
	return u
}

func (u cpu) since(before cpu) cpu { return cpu{u.self - before.self, u.database - before.database} }

// processTime returns the time of a process and of its children that have ended; with a parent, zero for others' children.
func processTime(file, parent string) time.Duration {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 || parent != "" && fields[1] != parent {
		return 0
	}
	var sum int64
	for _, field := range fields[11:15] {
		n, _ := strconv.ParseInt(field, 10, 64)
		sum += n
	}
	return time.Duration(sum) * tick
}
