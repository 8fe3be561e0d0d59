//! The command line of the real binary.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod import;

#[cfg(test)]
mod usage {
    use std::process::{Command, Output};

    /// Runs the binary in a home directory of its own, whatever the user keeps in the real one.
    fn run(arguments: &[&str]) -> Output {
        // A new one each time: some flags are looked at when the database is open already.
        let home = tempfile::tempdir().unwrap();
        Command::new(env!("CARGO_BIN_EXE_hanzo"))
            .args(arguments)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path())
            .output()
            .unwrap()
    }

    fn refusal(arguments: &[&str]) -> String {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?} was accepted");
        String::from_utf8(output.stderr).unwrap()
    }

    #[test]
    fn help_names_the_flags_that_reth_and_geth_users_look_for() {
        let output = run(&["node", "--help"]);
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        for flag in ["--datadir", "--chain", "--dev", "--http.addr", "--http.port", "--http.api"] {
            assert!(text.contains(flag), "{flag} is missing");
        }
    }

    #[test]
    fn a_missing_chain_is_explained() {
        assert!(refusal(&["node"]).contains("--dev"));
    }

    #[test]
    fn contradicting_flags_are_refused() {
        assert!(refusal(&["node", "--dev", "--chain", "testnet"]).contains("contradicts"));
        assert!(refusal(&["node", "--dev", "--mine", "--no-mine"]).contains("cannot be used"));
    }

    #[test]
    fn values_out_of_range_name_the_flag_and_the_limit() {
        let cases: [(&[&str], &str); 12] = [
            (&["--dev.block-time", "0s"], "at least 1s"),
            (&["--miner.threads", "0"], "1 to 1024"),
            (&["--miner.extradata", "this text is longer than 32 bytes"], "at most 32"),
            (&["--http.api", "eth,nonsense"], "nonsense"),
            (&["--http.port", "70000"], "--http.port"),
            (&["--http.addr", "example.org"], "neither an IP address"),
            (&["--http.corsdomain", "not a url"], "not a url"),
            (&["--builder.gaslimit", "0"], "5000"),
            (&["--dev.block-time", "99999999999999999s"], "86400"),
            (&["--no-mine", "--dev.block-time", "1s"], "contradicts --no-mine"),
            (&["--dev.tx-gas-cap", "1"], "16777216"),
            (&["--dev.code-size-limit", "0"], "24576"),
        ];
        for (flags, words) in cases {
            let text = refusal(&[&["node", "--dev"], flags].concat());
            assert!(text.contains(words), "{flags:?}: {text}");
        }
    }
}
