//go:build linux

package main

// This file holds the scripts that complete a command line of sock.

import (
	"os"
	"strings"

	"rawsocket.internal/socket/sockinfo"
)

// completions are the scripts of sock completion, with the lists to be filled in.
var completions = map[string]string{
	"bash": `# bash completion for sock: source <(sock completion bash)
_sock() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	case $prev in
	-*o) COMPREPLY=($(compgen -S = -W "OPTIONS" -- "$cur")); compopt -o nospace 2>/dev/null; return ;;
	-*m) COMPREPLY=($(compgen -W "MODES" -- "$cur")); return ;;
	-*e) COMPREPLY=($(compgen -W "half close open" -- "$cur")); return ;;
	-*U) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	opts) COMPREPLY=($(compgen -W "OPTIONS" -- "$cur")); return ;;
	completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W "FLAGS" -- "$cur")) ;;
	*) ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W "COMMANDS" -A hostname -- "$cur")) ;;
	esac
}
complete -F _sock sock
`,
	"zsh": `#compdef sock
# zsh completion for sock: source <(sock completion zsh)
_sock() {
	local prev=${words[CURRENT-1]} cur=${words[CURRENT]}
	case $prev in
	-*o) compadd -S = -- OPTIONS; return ;;
	-*m) compadd -- MODES; return ;;
	-*e) compadd -- half close open; return ;;
	-*U) _files; return ;;
	opts) compadd -- OPTIONS; return ;;
	completion) compadd -- bash zsh fish; return ;;
	esac
	case $cur in
	-*) compadd -- FLAGS ;;
	*) ((CURRENT == 2)) && compadd -- COMMANDS; _hosts ;;
	esac
}
compdef _sock sock
`,
	"fish": `# fish completion for sock: sock completion fish | source
complete -c sock -f
complete -c sock -n __fish_use_subcommand -a "COMMANDS"
complete -c sock -s o -x -a "(printf '%s=\\n' OPTIONS)"
complete -c sock -s m -x -a "MODES"
complete -c sock -s e -x -a "half close open"
complete -c sock -n "__fish_seen_subcommand_from opts" -a "OPTIONS"
complete -c sock -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
`,
}

// completion is sock completion: a script for a shell.
func completion(args []string) error {
	if len(args) == 1 {
		if script, ok := completions[args[0]]; ok {
			var names, letters []string
			for _, o := range sockinfo.Options() {
				if o.Writable() {
					names = append(names, o.Name)
				}
			}
			for _, g := range groups {
				for _, f := range g.flags {
					letters = append(letters, "-"+string(f.letter))
				}
			}
			var cmds, ms []string
			for _, c := range commands() {
				cmds = append(cmds, c.name)
			}
			for _, m := range modes {
				ms = append(ms, m.name)
			}
			fill := strings.NewReplacer("OPTIONS", strings.Join(names, " "), "FLAGS", strings.Join(letters, " "),
				"COMMANDS", strings.Join(cmds, " "), "MODES", strings.Join(ms, " "))
			return write([]byte(fill.Replace(script)))
		}
	}
	return usage("completion: for which shell, bash, zsh or fish? As in: source <(%s completion bash)", os.Args[0])
}
