//! One table per kind of code: its name, what it means and what to do about it.

/// Declares an enum of stable kebab-case codes with their explanations.
macro_rules! codes {
    (
        $(#[$outer:meta])*
        $Name:ident {
            $( $Variant:ident = $code:literal, $means:literal, $action:literal; )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[non_exhaustive]
        pub enum $Name {
            $(
                #[doc = $means]
                #[serde(rename = $code)]
                $Variant,
            )+
        }

        impl $Name {
            /// Every code of this kind, in the order of the documentation.
            pub const ALL: &[Self] = &[ $( Self::$Variant, )+ ];

            /// The stable name that programs compare.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $code, )+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn means(self) -> &'static str {
                match self { $( Self::$Variant => $means, )+ }
            }

            /// What to do about it, in one sentence.
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self { $( Self::$Variant => $action, )+ }
            }
        }

        impl ::core::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use codes;
